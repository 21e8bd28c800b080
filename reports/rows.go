package reports

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"
)

// WriteRows makes a plain workbook of the rows of a query: JSON arrays, one a line, the column names first. Text stays text
// whatever it begins with; a number stays a number. Errors are of reading, of a line that is no array, or of writing.
func WriteRows(w io.Writer, rows io.Reader) (err error) {
	book := excelize.NewFile()
	defer func() {
		if closing := book.Close(); err == nil {
			err = closing
		}
	}()
	sheet := book.GetSheetName(0)
	if err := book.SetDefaultFont("Yu Gothic"); err != nil {
		return fmt.Errorf("set the font: %w", err)
	}
	header, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true, Family: "Yu Gothic"}})
	if err != nil {
		return fmt.Errorf("make a style: %w", err)
	}
	stream, err := book.NewStreamWriter(sheet)
	if err != nil {
		return fmt.Errorf("begin a sheet: %w", err)
	}
	if err := stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return fmt.Errorf("freeze the header: %w", err)
	}
	lines := bufio.NewReader(rows)
	for number := 1; ; number++ {
		line, reading := lines.ReadBytes('\n')
		if len(line) > 0 && number <= excelize.TotalRows {
			var values []any
			if err := json.Unmarshal(line, &values); err != nil {
				return fmt.Errorf("row %d: %w", number, err)
			}
			for i, v := range values {
				switch v.(type) {
				case nil, bool, float64, string:
				default: // a list or a struct stays as JSON writes it
					text, err := json.Marshal(v)
					if err != nil {
						return fmt.Errorf("row %d: %w", number, err)
					}
					values[i] = string(text)
				}
			}
			var options []excelize.RowOpts
			if number == 1 {
				options = append(options, excelize.RowOpts{StyleID: header})
			}
			if err := stream.SetRow(fmt.Sprintf("A%d", number), values, options...); err != nil {
				return fmt.Errorf("row %d: %w", number, err)
			}
		}
		if reading == io.EOF {
			break
		}
		if reading != nil {
			return reading
		}
	}
	if err := stream.Flush(); err != nil {
		return fmt.Errorf("end the sheet: %w", err)
	}
	if _, err := book.WriteTo(w); err != nil {
		return fmt.Errorf("write the workbook: %w", err)
	}
	return nil
}
