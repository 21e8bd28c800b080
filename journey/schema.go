package journey

import (
	"bytes"
	"encoding/json"
)

// The names of the schema files, as Schemas and Init give them.
const (
	SettingsSchema = "koe.schema.json"
	JourneySchema  = "journey.schema.json"
)

// Schemas gives the JSON Schema (2020-12) of koe.yaml and of the journey files, by file name. They are made from the
// description that the parser itself reads by.
func Schemas() map[string][]byte {
	return map[string][]byte{
		SettingsSchema: document(settingsShape(), "urn:koe:schema:koe.yaml", "koe.yaml"),
		JourneySchema:  document(journeyShape(), "urn:koe:schema:journey.yaml", "journeys/*.yaml"),
	}
}

func document[T any](root object[T], id, title string) []byte {
	defs := map[string]any{}
	schema := root.schema(defs)
	schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	schema["$id"] = id
	schema["title"] = title
	schema["$defs"] = defs
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(schema); err != nil {
		panic(err) // a schema is made of maps, lists, strings and numbers
	}
	return out.Bytes()
}
