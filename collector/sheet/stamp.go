package sheet

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"koe"
	"koe/collector/imports/cell"

	"github.com/xuri/excelize/v2"
)

const (
	stampSheet = "_koe" // hidden; only a macro can show it
	stampTitle = "koe 調査票 1"
)

// stamp ties a workbook to what it asks and to whom. It is signed: whoever changes it cannot sign it again.
type stamp struct {
	Journey    string `json:"journey"`
	Stage      string `json:"stage"`
	Survey     string `json:"survey"`
	Version    int    `json:"version"`
	Invitation string `json:"invitation,omitempty"` // its random key; "" in a blank form
	Language   string `json:"language"`
	Issued     string `json:"issued"`
	Sheet      string `json:"sheet"`
	Person     string `json:"person,omitempty"` // cell in which a blank form asks for the person's number
	Publish    string `json:"publish,omitempty"`
	Cells      []spot `json:"cells"`
}

// spot is one cell to be filled in: what it answers, and a hash of the text beside it, by which a cell that was moved is
// found out.
type spot struct {
	Question string `json:"q"`
	Option   string `json:"o,omitempty"` // the choice that the cell ticks; "" when it holds the answer
	Declined bool   `json:"d,omitempty"` // ticks 答えない
	Cell     string `json:"c"`
	Label    string `json:"l"` // cell of the text
	Hash     string `json:"h"`
}

// labelHash is a short hash of a text as it is compared: spaces and widths do not matter.
func labelHash(text string) string {
	sum := sha256.Sum256([]byte(cell.Fold(text)))
	return hex.EncodeToString(sum[:6])
}

func sign(key, body []byte) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(stampTitle + "\n"))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// put writes the stamp into its sheet.
func (s *stamp) put(f *excelize.File, key []byte) error {
	body, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if len(body) > excelize.TotalCellChars {
		return koe.Errorf(koe.Invalid, "the survey %s has too many questions for an Excel form", s.Survey)
	}
	for i, text := range []string{stampTitle, string(body), sign(key, body)} {
		if err := f.SetCellStr(stampSheet, "A"+string(rune('1'+i)), text); err != nil {
			return err
		}
	}
	return nil
}

// readStamp reads the stamp of a workbook; nil when it has none. A stamp that was not signed with the key is an error.
func readStamp(f *excelize.File, key []byte) (*stamp, error) {
	title, err := f.GetCellValue(stampSheet, "A1")
	if err != nil || title == "" {
		return nil, nil //nolint:nilerr // no such sheet: not a form
	}
	if title != stampTitle {
		return nil, koe.Errorf(koe.Invalid, "a form of another version of koe (%q)", title)
	}
	body, err := f.GetCellValue(stampSheet, "A2")
	if err != nil {
		return nil, err
	}
	signature, err := f.GetCellValue(stampSheet, "A3")
	if err != nil {
		return nil, err
	}
	if !hmac.Equal([]byte(signature), []byte(sign(key, []byte(body)))) {
		return nil, koe.Errorf(koe.Forbidden, "the stamp is broken")
	}
	var s stamp
	if err := json.Unmarshal([]byte(body), &s); err != nil {
		return nil, koe.Errorf(koe.Invalid, "the stamp cannot be read: %w", err)
	}
	return &s, nil
}
