package journey

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
)

// conditionChecker infers the type of each part of a condition and gathers what does not fit. Only what an HR officer
// needs is let through (comparisons, and, or, not, in, + - * /, len and answered), so that a condition always ends
// quickly and never fails when it is evaluated.
type conditionChecker struct {
	variables map[string]variable
	used      map[string]bool
	bad       []badCondition
}

func (c *conditionChecker) check(source string) {
	config := conf.CreateNew()
	config.MaxNodes = 500
	tree, err := parser.ParseWithConfig(source, config)
	if err != nil {
		message, index := firstLine(err.Error()), 0
		var located *file.Error
		if errors.As(err, &located) {
			message, index = located.Message, located.From
		}
		bad := badCondition{index: index, say: "the condition cannot be read: %s", args: []any{message}}
		if token := unexpectedToken.FindStringSubmatch(message); token != nil {
			bad.say, bad.args = "%s does not fit here", []any{token[1]}
			if word := strings.ToLower(token[1]); word == "and" || word == "or" || word == "not" || word == "in" {
				bad.hint, bad.hints = "write %s in small letters", []any{word}
			}
		} else if strings.Contains(message, "token EOF") || strings.Contains(message, "end of expression") {
			bad.say, bad.args = "the condition ends too early", nil
		} else if strings.Contains(message, "literal not terminated") {
			bad.say, bad.args = "a quotation mark is not closed", nil
		}
		switch {
		case bad.hint != "":
		case singleEquals.MatchString(source):
			bad.hint = "compare with == (two equals signs)"
		case strings.Contains(source, "<>"):
			bad.hint = "write != for different"
		case strings.ContainsAny(source, "＝＞＜（）＆｜”“’‘"):
			bad.hint = "write half-width signs: == > < ( ) && || \""
		}
		c.bad = append(c.bad, bad)
		return
	}
	switch c.infer(tree.Node) {
	case truth, unknown:
	default:
		c.fail(tree.Node, "this is a value, and a condition (true or false) was expected").hint = "compare it, as in ISO1 >= 4"
	}
}

// The expression library's words for a token that it did not expect: unexpected token Operator("=").
var unexpectedToken = regexp.MustCompile(`^unexpected token \w+\("(.*)"\)$`)

var singleEquals = regexp.MustCompile(`[^=!<>]=[^=]`)

func (c *conditionChecker) fail(n ast.Node, say phrase, args ...any) *badCondition {
	c.bad = append(c.bad, badCondition{index: first(n), say: say, args: args})
	return &c.bad[len(c.bad)-1]
}

func (c *conditionChecker) infer(n ast.Node) kind {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return c.name(n)
	case *ast.IntegerNode, *ast.FloatNode:
		return number
	case *ast.StringNode:
		return text
	case *ast.BoolNode:
		return truth
	case *ast.NilNode:
		c.fail(n, "nil has no place in a condition").hint = "write answered(ISO1), or not answered(ISO1)"
	case *ast.ArrayNode:
		return c.list(n)
	case *ast.UnaryNode:
		return c.unary(n)
	case *ast.BinaryNode:
		return c.binary(n)
	case *ast.BuiltinNode:
		if n.Name == "len" && len(n.Arguments) == 1 {
			if k := c.infer(n.Arguments[0]); k == texts || k == text || k == unknown {
				return number
			}
			c.fail(n, "len counts the choices of a question of kind multi")
			return unknown
		}
		c.fail(n, "%s is not known here", n.Name).hint = "a condition is made of names, values, == != < <= > >= in, and, or, not, len(…) and answered(…)"
	case *ast.CallNode:
		return c.call(n)
	default:
		c.fail(n, "this cannot stand in a condition").hint = "a condition is made of names, values, == != < <= > >= in, and, or, not, len(…) and answered(…)"
	}
	return unknown
}

func (c *conditionChecker) name(n *ast.IdentifierNode) kind {
	v, ok := c.variables[n.Value]
	if !ok {
		bad := c.fail(n, "%s is not known here", n.Value)
		var names []string
		for name := range c.variables {
			names = append(names, name)
		}
		slices.Sort(names)
		if best := nearest(n.Value, names); best != "" {
			bad.hint, bad.hints = "did you mean %s?", []any{best}
			if strings.ContainsAny(best, "-") {
				bad.hint = "an id with a hyphen cannot stand in a condition: rename %s"
			}
		}
		return unknown
	}
	if v.kind == noAnswer {
		c.fail(n, "%s is a note and takes no answer", n.Value)
		return unknown
	}
	c.used[n.Value] = true
	return v.kind
}

func (c *conditionChecker) list(n *ast.ArrayNode) kind {
	all := unknown
	for _, item := range n.Nodes {
		k := c.infer(item)
		if k == unknown {
			continue
		}
		if k != number && k != text || all != unknown && k != all {
			c.fail(item, "a list holds either numbers or texts")
			return unknown
		}
		all = k
	}
	switch all {
	case number:
		return numbers
	case text:
		return texts
	}
	if len(n.Nodes) == 0 {
		c.fail(n, "the list is empty")
	}
	return unknown
}

func (c *conditionChecker) unary(n *ast.UnaryNode) kind {
	k := c.infer(n.Node)
	want := truth
	if n.Operator == "-" || n.Operator == "+" {
		want = number
	}
	if k != want && k != unknown {
		c.fail(n, "%s does not fit here", n.Operator)
		return unknown
	}
	return want
}

func (c *conditionChecker) binary(n *ast.BinaryNode) kind {
	left, right := c.infer(n.Left), c.infer(n.Right)
	fits := false
	out := truth
	switch n.Operator {
	case "&&", "and", "||", "or":
		fits = (left == truth || left == unknown) && (right == truth || right == unknown)
	case "+", "-", "*", "/":
		fits, out = (left == number || left == unknown) && (right == number || right == unknown), number
	case "==", "!=":
		fits = left == right && (left == number || left == text)
		if left == texts && right == text {
			c.fail(n.Right, "several may be chosen here, and they are compared with one").hint = "write \"value\" in QUESTION"
			return unknown
		}
	case "<", "<=", ">", ">=":
		fits = left == right && (left == number || left == text)
	case "in":
		fits = left == number && right == numbers || left == text && right == texts
	case "contains", "startsWith", "endsWith":
		fits = left == text && right == text
	case "matches":
		pattern, constant := n.Right.(*ast.StringNode)
		fits = left == text && constant
		if constant {
			if _, err := regexp.Compile(pattern.Value); err != nil {
				c.fail(n.Right, "%q is not a pattern", pattern.Value)
				return unknown
			}
		}
	default:
		c.fail(n, "%s is not known here", n.Operator).hint = "a condition is made of names, values, == != < <= > >= in, and, or, not, len(…) and answered(…)"
		return unknown
	}
	if left == unknown || right == unknown {
		return out
	}
	if !fits {
		c.fail(n.Right, "%s and %s do not fit together with %s", kindName(left), kindName(right), n.Operator)
		return unknown
	}
	if comparison(n.Operator) {
		c.reachable(n)
	}
	return out
}

func (c *conditionChecker) call(n *ast.CallNode) kind {
	callee, ok := n.Callee.(*ast.IdentifierNode)
	if !ok || callee.Value != answeredFunction {
		c.fail(n, "this cannot stand in a condition").hint = "a condition is made of names, values, == != < <= > >= in, and, or, not, len(…) and answered(…)"
		return unknown
	}
	if len(n.Arguments) == 1 {
		if id, ok := n.Arguments[0].(*ast.IdentifierNode); ok {
			c.name(id)
			return truth
		}
	}
	c.fail(n, "answered takes one name, as in answered(ISO1)")
	return truth
}

// reachable finds comparisons with a value that a question never has: a misspelt option, a number off its scale.
func (c *conditionChecker) reachable(n *ast.BinaryNode) {
	id, constant, operator := n.Left, n.Right, n.Operator
	if _, ok := id.(*ast.IdentifierNode); !ok {
		id, constant, operator = n.Right, n.Left, mirrored(operator)
	}
	name, ok := id.(*ast.IdentifierNode)
	if !ok {
		return
	}
	v := c.variables[name.Value]
	values := []ast.Node{constant}
	if list, ok := constant.(*ast.ArrayNode); ok {
		values = list.Nodes
	}
	for _, value := range values {
		if s, ok := value.(*ast.StringNode); ok && len(v.options) > 0 && (operator == "==" || operator == "!=" || operator == "in") {
			if !slices.Contains(v.options, s.Value) {
				bad := c.fail(value, "%q is not an option of %s", s.Value, name.Value)
				if best := nearest(s.Value, v.options); best != "" {
					bad.hint, bad.hints = "did you mean %s?", []any{best}
				} else {
					bad.hint, bad.hints = "there are: %s", []any{strings.Join(v.options, ", ")}
				}
			}
		}
		if x, ok := constantNumber(value); ok && v.ranged {
			never := false
			switch operator {
			case "==", "!=", "in":
				never = x < v.lo || x > v.hi
			case ">=":
				never = x > v.hi || x <= v.lo
			case ">":
				never = x >= v.hi || x < v.lo
			case "<=":
				never = x < v.lo || x >= v.hi
			case "<":
				never = x <= v.lo || x > v.hi
			}
			if never {
				bad := c.fail(value, "this never decides anything: %s goes from %v to %v", name.Value, v.lo, v.hi)
				bad.warning = true
			}
		}
	}
}

func mirrored(operator string) string {
	switch operator {
	case "<":
		return ">"
	case "<=":
		return ">="
	case ">":
		return "<"
	case ">=":
		return "<="
	}
	return operator
}

func constantNumber(n ast.Node) (float64, bool) {
	switch n := n.(type) {
	case *ast.IntegerNode:
		return float64(n.Value), true
	case *ast.FloatNode:
		return n.Value, true
	case *ast.UnaryNode:
		x, ok := constantNumber(n.Node)
		if n.Operator == "-" {
			x = -x
		}
		return x, ok && (n.Operator == "-" || n.Operator == "+")
	}
	return 0, false
}

func kindName(k kind) phrase {
	switch k {
	case number:
		return "a number"
	case text:
		return "a text"
	case texts:
		return "a list of texts"
	case numbers:
		return "a list of numbers"
	}
	return "a condition"
}
