package journey

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"testing"
)

// spoken gathers, from the source, every literal that is shown to people as a phrase.
func spoken(t *testing.T) map[string]token.Position {
	t.Helper()
	set := token.NewFileSet()
	packages, err := parser.ParseDir(set, ".", func(f fs.FileInfo) bool {
		return !strings.HasSuffix(f.Name(), "_test.go") && f.Name() != "messages.go"
	}, 0)
	if err != nil {
		t.Fatal(err)
	}
	says := map[string]token.Position{}
	take := func(e ast.Expr) {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			s, err := strconv.Unquote(lit.Value)
			if err == nil && s != "" {
				says[s] = set.Position(lit.Pos())
			}
		}
	}
	// Which argument of a call is a phrase, by the name of the function.
	argument := map[string]int{"fail": 1, "warn": 1, "warnKey": 1, "failAt": 1, "hint": 0, "phrase": 0, "checked": 0, "sentence": 1}
	for _, f := range packages["journey"].Files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				name := ""
				switch fun := n.Fun.(type) {
				case *ast.Ident:
					name = fun.Name
				case *ast.SelectorExpr:
					name = fun.Sel.Name
				}
				if i, ok := argument[name]; ok && i < len(n.Args) {
					take(n.Args[i])
				}
			case *ast.KeyValueExpr:
				if id, ok := n.Key.(*ast.Ident); ok && (id.Name == "expected" || id.Name == "say" || id.Name == "hint") {
					take(n.Value)
				}
			case *ast.AssignStmt:
				for i, left := range n.Lhs {
					name := ""
					switch left := left.(type) {
					case *ast.SelectorExpr:
						name = left.Sel.Name
					case *ast.Ident:
						name = left.Name
					}
					if (name == "hint" || name == "expected" || name == "say") && i < len(n.Rhs) {
						take(n.Rhs[i])
					}
				}
			case *ast.CompositeLit:
				if id, ok := n.Type.(*ast.Ident); ok && id.Name == "syntaxError" && len(n.Elts) == 4 {
					take(n.Elts[1])
					take(n.Elts[3])
				}
			case *ast.FuncDecl:
				if n.Type.Results != nil && len(n.Type.Results.List) == 1 {
					if id, ok := n.Type.Results.List[0].Type.(*ast.Ident); ok && id.Name == "phrase" {
						ast.Inspect(n, func(n ast.Node) bool {
							if r, ok := n.(*ast.ReturnStmt); ok {
								take(r.Results[0])
							}
							return true
						})
					}
				}
			}
			return true
		})
	}
	return says
}

func TestMessages_EveryPhraseHasItsJapanese(t *testing.T) {
	says := spoken(t)
	if len(says) < 150 {
		t.Fatalf("only %d phrases were found in the source: the search is broken", len(says))
	}
	for s, at := range says {
		if _, ok := japanese[phrase(s)]; !ok && s != " | " {
			t.Errorf("%v: no Japanese for %q", at, s)
		}
	}
	for en := range japanese {
		if _, ok := says[string(en)]; !ok {
			t.Errorf("the catalogue has %q, and nothing says it", en)
		}
	}
}

var verb = regexp.MustCompile(`%(?:\[\d\])?([a-z])`)

func verbs(s string) string {
	var all []string
	for _, m := range verb.FindAllStringSubmatch(s, -1) {
		all = append(all, m[1])
	}
	sort.Strings(all)
	return strings.Join(all, "")
}

func TestMessages_JapaneseTakesTheSameArguments(t *testing.T) {
	for en, ja := range japanese {
		if verbs(string(en)) != verbs(ja) {
			t.Errorf("%q takes %q, its Japanese %q takes %q", en, verbs(string(en)), ja, verbs(ja))
		}
	}
}
