package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// A control is one input of a page as a person sees it: its name, its kind and what may be chosen.
type control struct {
	name    string
	kind    string // radio, checkbox, text, textarea, number, date
	choices []string
	decline string // the choice that is 答えない, "" when there is none; with its own name in declineName
	refusal string
}

// question gives the id of the question that the control answers.
func (c control) question() string { return strings.TrimPrefix(c.name, "a.") }

// errLate says that the form takes no answer by this link (any more).
var errLate = errors.New("the link is closed")

// respond answers the survey behind a link as a person with a browser and no JavaScript would: it opens the link,
// starts, fills in what each page asks, goes on, and sends. It returns the number of pages
// seen and whether the end was reached: the thanks, or the result of a self-check.
func respond(ctx context.Context, client *http.Client, link string, answer func(control) []string, publish bool) (pages int, thanked bool, err error) {
	page, at, err := get(ctx, client, link)
	if err != nil {
		return 0, false, err // errLate among others
	}
	for range 40 {
		pages++
		if find(page, func(n *html.Node) bool { return hasClass(n, "thanks") }) != nil {
			return pages, true, nil
		}
		form := find(page, func(n *html.Node) bool {
			return n.Data == "form" && attr(n, "id") == "f" && attr(n, "method") == "post"
		})
		if form == nil {
			start := find(page, func(n *html.Node) bool { return n.Data == "a" && hasClass(n, "button") })
			if start == nil {
				return pages, false, fmt.Errorf("page %d of %s has neither a form nor a way to start", pages, at.Path)
			}
			next, err := at.Parse(attr(start, "href"))
			if err != nil {
				return pages, false, err
			}
			if page, at, err = get(ctx, client, next.String()); err != nil {
				return pages, false, err
			}
			continue
		}
		if wrong := find(form, func(n *html.Node) bool { return n.Data == "fieldset" && hasClass(n, "wrong") }); wrong != nil {
			return pages, false, fmt.Errorf("the form refused an answer: %s", strings.Join(strings.Fields(text(wrong)), " "))
		}
		values := fill(form, answer, publish)
		if values.Get("do") == "" {
			return pages, true, nil // the result of a self-check, which keeps nothing and thanks nobody
		}
		action, err := at.Parse(attr(form, "action"))
		if err != nil {
			return pages, false, err
		}
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, action.String(), strings.NewReader(values.Encode()))
		if err != nil {
			return pages, false, err
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if page, at, err = fetch(client, request); err != nil {
			return pages, false, err
		}
	}
	return pages, false, fmt.Errorf("the survey at %s has no end: %s", at.Path, strings.Join(strings.Fields(text(page)), " "))
}

func get(ctx context.Context, client *http.Client, link string) (*html.Node, *url.URL, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return nil, nil, err
	}
	return fetch(client, request)
}

func fetch(client *http.Client, request *http.Request) (*html.Node, *url.URL, error) {
	response, err := client.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusNotFound {
		return nil, nil, errLate
	}
	if response.StatusCode/100 != 2 {
		body, _ := io.ReadAll(io.LimitReader(response.Body, 500))
		return nil, nil, fmt.Errorf("%s: %s: %s", request.URL.Path, response.Status, body)
	}
	page, err := html.Parse(response.Body)
	return page, response.Request.URL, err
}

// fill gives what is posted: the hidden fields as they are, an answer for each control, and the button that goes on.
func fill(form *html.Node, answer func(control) []string, publish bool) url.Values {
	values, controls, order := url.Values{}, map[string]*control{}, []string{}
	button := ""
	walk(form, func(n *html.Node) {
		name, kind := attr(n, "name"), attr(n, "type")
		switch {
		case n.Data == "button" && name == "do" && (attr(n, "value") == "next" || attr(n, "value") == "send"):
			button = attr(n, "value")
		case n.Data == "input" && kind == "hidden":
			values.Set(name, attr(n, "value"))
		case n.Data == "input" && name == "publish":
			if publish {
				values.Set(name, attr(n, "value"))
			}
		case n.Data == "input" && n.Parent != nil && hasClass(n.Parent, "decline"):
			if c := controls["a."+strings.TrimPrefix(strings.TrimPrefix(name, "a."), "d.")]; c != nil {
				c.refusal, c.decline = name, attr(n, "value")
			}
		case (n.Data == "input" || n.Data == "textarea") && strings.HasPrefix(name, "a."):
			c := controls[name]
			if c == nil {
				if n.Data == "textarea" {
					kind = "textarea"
				}
				c = &control{name: name, kind: kind}
				controls[name], order = c, append(order, name)
			}
			if kind == "radio" || kind == "checkbox" {
				c.choices = append(c.choices, attr(n, "value"))
			}
		}
	})
	for _, name := range order {
		c := *controls[name]
		switch chosen := answer(c); {
		case chosen == nil && c.refusal != "":
			values.Set(c.refusal, c.decline)
		default:
			for _, v := range chosen {
				values.Add(name, v)
			}
		}
	}
	values.Set("do", button)
	return values
}

func walk(n *html.Node, visit func(*html.Node)) {
	if n.Type == html.ElementNode {
		visit(n)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		walk(c, visit)
	}
}

func find(n *html.Node, match func(*html.Node) bool) (found *html.Node) {
	walk(n, func(n *html.Node) {
		if found == nil && match(n) {
			found = n
		}
	})
	return found
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func hasClass(n *html.Node, class string) bool {
	for _, c := range strings.Fields(attr(n, "class")) {
		if c == class {
			return true
		}
	}
	return false
}

func text(n *html.Node) string {
	var b strings.Builder
	var collect func(*html.Node)
	collect = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data + " ")
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			collect(c)
		}
	}
	collect(n)
	return b.String()
}
