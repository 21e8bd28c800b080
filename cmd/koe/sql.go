package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"koe"
	"koe/analysis/sandbox"
	"koe/internal/whole"
	"koe/reports"
)

func (a *app) sqlCommand() *cobra.Command {
	var file, format, out string
	var safe bool
	c := &cobra.Command{
		Use:   "sql [QUERY]",
		Short: "分析用データへの問い合わせ(読取専用) / a query on the warehouse, read-only and sandboxed; a prompt without QUERY",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			w, err := a.workspace()
			if err != nil {
				return err
			}
			if a.json && !c.Flags().Changed("format") {
				format = "json"
			}
			switch format {
			case "table", "csv", "json", "xlsx", "parquet":
			default:
				return usageError{koe.Errorf(koe.Invalid, a.say("--format %q はありません。table, csv, json, xlsx, parquet のどれかです", "--format is table, csv, json, xlsx or parquet, not %q"), format)}
			}
			request := sandbox.Request{Warehouse: w.Path(w.Settings.Warehouse), Format: format, Safe: safe}
			switch {
			case file != "" && len(args) > 0:
				return usageError{koe.Errorf(koe.Invalid, "%s", a.say("問い合わせは引数か -f のどちらかです", "the query is an argument or -f, not both"))}
			case file != "":
				text, err := os.ReadFile(file)
				if err != nil {
					return err
				}
				request.Query = string(text)
			case len(args) > 0:
				request.Query = args[0]
			default:
				return a.prompt(c.Context(), request)
			}
			if safe && out != "" {
				fmt.Fprintln(a.err, a.say("koe: いまの分析の値で、発行した値とは限りません。外に渡すものは koe export --safe で書き出してください",
					"koe: these are figures of the analysis, and need not be those of a release; what is handed out is written by koe export --safe"))
			}
			return a.query(c.Context(), request, out)
		},
	}
	c.Flags().StringVarP(&file, "file", "f", "", "問い合わせのファイル / the query from a file")
	c.Flags().StringVar(&format, "format", "table", "table | csv | json | xlsx | parquet")
	c.Flags().StringVarP(&out, "output", "o", "", "出力ファイル / write to a file")
	c.Flags().BoolVar(&safe, "safe", false, "公表してよい表だけ / only the safe_* tables")
	return c
}

// query runs one query and writes its rows to a file, whole or not at all, or to standard output.
func (a *app) query(ctx context.Context, request sandbox.Request, out string) error {
	if out == "" && a.toTerminal() && (request.Format == "xlsx" || request.Format == "parquet") {
		return usageError{koe.Errorf(koe.Invalid, a.say("%s は -o でファイルに書き出してください", "%s goes to a file: add -o FILE"), request.Format)}
	}
	run := func(to io.Writer) error {
		result, err := a.runQuery(ctx, request, to)
		if err == nil && result.Truncated {
			fmt.Fprintf(a.err, a.say("koe: %d 行で打ち切りました\n", "koe: stopped after %d rows\n"), result.Rows)
		}
		return err
	}
	if out == "" {
		return run(a.out)
	}
	return whole.File(out, 0o600, run)
}

// runQuery runs the child; for xlsx its rows go through a workbook.
func (a *app) runQuery(ctx context.Context, request sandbox.Request, to io.Writer) (result sandbox.Result, err error) {
	if request.Format != "xlsx" {
		return sandbox.Run(ctx, request, to)
	}
	request.Format = "rows"
	reader, writer := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := reports.WriteRows(to, reader)
		_ = reader.CloseWithError(err) // always nil
		done <- err
	}()
	result, err = sandbox.Run(ctx, request, writer)
	_ = writer.CloseWithError(err) // always nil
	if writing := <-done; err == nil {
		err = writing
	}
	return result, err
}

// prompt reads queries that end with a semicolon, until the input ends.
func (a *app) prompt(ctx context.Context, request sandbox.Request) error {
	if a.toTerminal() {
		fmt.Fprintln(a.err, a.say("問い合わせをセミコロン(;)で終えてください。SHOW TABLES; で表の一覧、Ctrl-D で終了。", "End a query with a semicolon. SHOW TABLES; lists the tables, ctrl-D ends."))
	}
	lines := bufio.NewScanner(a.in)
	lines.Buffer(nil, 1<<20)
	var query strings.Builder
	ask := func() {
		if a.toTerminal() {
			fmt.Fprint(a.err, map[bool]string{true: "koe> ", false: "...> "}[query.Len() == 0])
		}
	}
	for ask(); lines.Scan(); ask() {
		query.WriteString(lines.Text() + "\n")
		if !strings.HasSuffix(strings.TrimSpace(lines.Text()), ";") {
			continue
		}
		request.Query = query.String()
		query.Reset()
		if err := a.query(ctx, request, ""); err != nil {
			if koe.KindOf(err) != koe.Invalid {
				return err
			}
			fmt.Fprintln(a.err, "koe:", err) // a mistake in one query does not end the prompt
		}
	}
	if strings.TrimSpace(query.String()) != "" {
		request.Query = query.String()
		if err := a.query(ctx, request, ""); err != nil {
			return err
		}
	}
	return lines.Err()
}
