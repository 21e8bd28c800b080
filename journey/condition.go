package journey

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

// kind is the type of a value in a condition.
type kind int

const (
	unknown  kind = iota // of something that was already reported
	truth                // true or false
	number               // scale, number, yesno, contact, consent
	text                 // single, date, text, and what is known of a person
	texts                // multi, and a list of texts
	numbers              // a list of numbers
	noAnswer             // a note: it cannot stand in a condition
)

// variable is a name that a condition may use.
type variable struct {
	kind    kind
	options []string // of a choice: the values that it can have
	lo, hi  float64  // of a number with a range
	ranged  bool
}

// condition is a compiled show_if, when or outcome.
//
// A name without a value (an unanswered or declined question, an empty roster column) is nil, and every comparison
// that it takes part in is false: ISO1 >= 4 and ISO1 < 4 and ISO1 != 4 alike. answered(ISO1) tells the cases apart.
type condition struct {
	source  string
	names   []string
	program *vm.Program
}

// badCondition says what is wrong with a condition and at which character, from 0.
type badCondition struct {
	index   int
	say     phrase
	args    []any
	hint    phrase
	hints   []any
	warning bool
}

// compileCondition checks and compiles a condition over variables. The problems may all be warnings; the condition
// is nil only when one of them is not.
func compileCondition(source string, variables map[string]variable) (*condition, []badCondition) {
	c := &conditionChecker{variables: variables, used: map[string]bool{}}
	c.check(source)
	for _, bad := range c.bad {
		if !bad.warning {
			return nil, c.bad
		}
	}
	env := map[string]any{}
	for name := range c.used {
		switch variables[name].kind {
		case number:
			env[name] = 0.0
		case texts:
			env[name] = []string(nil)
		default:
			env[name] = ""
		}
	}
	program, err := expr.Compile(source, expr.Env(env), expr.AsBool(), expr.Patch(&guards{wrapped: map[ast.Node]bool{}}),
		expr.Function(answeredFunction, func(args ...any) (any, error) { return given(args[0]), nil }, new(func(any) bool)))
	if err != nil {
		at := 0
		var located *file.Error
		if errors.As(err, &located) {
			at = located.From
			return nil, []badCondition{{index: at, say: "the condition cannot be read: %s", args: []any{located.Message}}}
		}
		return nil, []badCondition{{index: at, say: "the condition cannot be read: %s", args: []any{firstLine(err.Error())}}}
	}
	out := &condition{source: source, program: program}
	for name := range c.used {
		out.names = append(out.names, name)
	}
	return out, c.bad
}

// holds evaluates the condition; value gives what a name stands for, nil when there is nothing.
func (c *condition) holds(value func(name string) any) (bool, error) {
	env := make(map[string]any, len(c.names))
	for _, name := range c.names {
		env[name] = value(name)
	}
	out, err := expr.Run(c.program, env)
	if err != nil {
		return false, fmt.Errorf("evaluate %q: %w", c.source, err)
	}
	holds, _ := out.(bool)
	return holds, nil
}

// answeredFunction tells in a condition whether a name has a value.
const answeredFunction = "answered"

func given(v any) bool {
	if v == nil {
		return false
	}
	if list, ok := v.([]string); ok {
		return list != nil
	}
	return true
}

// guards rewrites each comparison to "all its names have a value, and it holds".
type guards struct{ wrapped map[ast.Node]bool }

// Visit sees children before parents.
func (g *guards) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.BinaryNode:
		if comparison(n.Operator) {
			g.wrap(node, n)
		}
	case *ast.UnaryNode:
		// "x not in y" is the negation of "x in y": the guards have to stand outside of it.
		if wrapped, ok := n.Node.(*ast.BinaryNode); ok && g.wrapped[wrapped] && infixNot(n, wrapped) {
			g.wrap(node, &ast.UnaryNode{Operator: n.Operator, Node: innermost(wrapped)})
		}
	}
}

func (g *guards) wrap(node *ast.Node, comparison ast.Node) {
	guarded := comparison
	for _, name := range namesIn(comparison) {
		call := &ast.CallNode{Callee: &ast.IdentifierNode{Value: answeredFunction}, Arguments: []ast.Node{&ast.IdentifierNode{Value: name}}}
		and := &ast.BinaryNode{Operator: "&&", Left: call, Right: guarded}
		and.SetLocation(comparison.Location())
		guarded = and
	}
	if guarded != comparison {
		g.wrapped[guarded] = true
		ast.Patch(node, guarded)
	}
}

// innermost gives the comparison inside its guards.
func innermost(n *ast.BinaryNode) ast.Node {
	for {
		inner, ok := n.Right.(*ast.BinaryNode)
		if n.Operator != "&&" || !ok {
			return n
		}
		n = inner
	}
}

// infixNot tells "x not in y" from "not (x in y)": the word stands after the left operand.
func infixNot(not *ast.UnaryNode, wrapped *ast.BinaryNode) bool {
	in, ok := innermost(wrapped).(*ast.BinaryNode)
	return ok && not.Operator == "not" && first(in.Left) < not.Location().From
}

// first gives the index of the leftmost character of an expression.
func first(n ast.Node) int {
	least := n.Location().From
	ast.Walk(&n, visitor(func(n ast.Node) { least = min(least, n.Location().From) }))
	return least
}

func comparison(operator string) bool {
	switch operator {
	case "==", "!=", "<", "<=", ">", ">=", "in", "contains", "startsWith", "endsWith", "matches":
		return true
	}
	return false
}

// namesIn lists the variables of an expression, each once, in order.
func namesIn(n ast.Node) []string {
	var names []string
	seen := map[string]bool{answeredFunction: true}
	ast.Walk(&n, visitor(func(n ast.Node) {
		if id, ok := n.(*ast.IdentifierNode); ok && !seen[id.Value] {
			seen[id.Value] = true
			names = append(names, id.Value)
		}
	}))
	return names
}

type visitor func(ast.Node)

func (v visitor) Visit(n *ast.Node) {
	if *n != nil && !reflect.ValueOf(*n).IsNil() {
		v(*n)
	}
}

// conditionNames lists the names that a condition uses; none when it cannot be read.
func conditionNames(source string) []string {
	if source == "" {
		return nil
	}
	tree, err := parser.Parse(source)
	if err != nil {
		return nil
	}
	return namesIn(tree.Node)
}
