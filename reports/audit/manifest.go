package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// manifest is what the audit needs of release.json: the languages and scopes of the files.
type manifest struct {
	Files []struct {
		Name     string `json:"name"`
		Language string `json:"language"`
		Scope    struct {
			Segment string `json:"segment"`
			Member  string `json:"member"`
		} `json:"scope"`
		Bytes  int    `json:"bytes"`
		SHA256 string `json:"sha256"`
	} `json:"files"`
}

// plainNumbers are the numbers that release.json may hold: sizes and digests of the files, checked against these, and counts of
// rows and thresholds.
var plainNumbers = map[string]bool{"min_group": true, "min_comments": true, "rows": true, "carried": true, "withheld": true, "bytes": true}

// digests are hashes: random digits, which may spell anything.
var digests = map[string]bool{"sha256": true, "inputs_sha256": true}

// readJSON takes release.json apart into its texts. A size or a hash of a file is no number of a person, however it reads; any
// number or key that a manifest does not have is a finding. Other JSON files are searched as they are.
func (a *auditor) readJSON(d *document, data []byte) {
	if d.name != "release.json" {
		d.pieces = append(d.pieces, piece{"", data, false})
		a.add(Finding{Kind: Unread, File: d.name, What: both("この種類のファイルは読めないので、何が入っているか保証できません。", "a file of a kind that the audit cannot read; it cannot vouch for it")})
		return
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var all any
	if err := decoder.Decode(&all); err != nil || decoder.More() {
		d.pieces = append(d.pieces, piece{"", data, false})
		a.add(Finding{Kind: Unread, File: d.name, What: both("release.json が読めません。", "release.json cannot be read")})
		return
	}
	_ = json.Unmarshal(data, &a.manifest) // of another shape: what is missing is found when files are not in it
	a.jsonValue(d, "", "", all)
}

func (a *auditor) jsonValue(d *document, place, key string, v any) {
	text := func(s string) { d.pieces = append(d.pieces, piece{place, []byte(s), true}) }
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			text(k)
			a.jsonValue(d, strings.TrimPrefix(place+"."+k, "."), k, v[k])
		}
	case []any:
		for i, inner := range v {
			a.jsonValue(d, fmt.Sprintf("%s[%d]", place, i), key, inner)
		}
	case string:
		if raw, err := hex.DecodeString(v); digests[key] && err == nil && len(raw) == sha256.Size {
			return
		}
		text(v)
	case json.Number:
		if !plainNumbers[key] || strings.ContainsAny(v.String(), ".eE-") {
			a.add(Finding{Kind: Hidden, File: d.name, Place: place, What: both("release.json に、報告書の目録にはない数値があります: "+v.String(), "a number in release.json that no manifest has: "+v.String())})
			text(v.String())
		}
	}
}

// listed holds what release.json says of each file against the file: a size or a digest of its own could say anything.
func (a *auditor) listed(contents map[string][]byte) {
	if len(a.manifest.Files) == 0 {
		return
	}
	for _, f := range a.manifest.Files {
		data, there := contents[f.Name]
		digest := sha256.Sum256(data)
		if !there || f.Bytes != 0 && f.Bytes != len(data) || f.SHA256 != "" && f.SHA256 != hex.EncodeToString(digest[:]) {
			a.add(Finding{Kind: Differs, File: "release.json", Place: f.Name, What: both(
				"release.json の大きさかハッシュが、このファイルのものではありません。書き換えられたか、差し替えられています。", "the size or hash in release.json is not that of this file: it was changed, or put in the place of another")})
		}
	}
}
