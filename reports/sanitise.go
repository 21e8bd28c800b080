package reports

// sanitise cleans every text of the document that may come from people or from text files (see clean). The writers escape;
// this only takes away what escaping cannot.
func (d *document) sanitise() {
	for _, s := range []*string{&d.Title, &d.Organization, &d.ScopeName} {
		*s = clean(*s)
	}
	for i := range d.Cover {
		d.Cover[i] = pair{clean(d.Cover[i].Label), clean(d.Cover[i].Value)}
	}
	for _, s := range d.Sections {
		s.Title = clean(s.Title)
		cleanAll(s.Lead)
		for _, p := range s.Parts {
			p.sanitise()
		}
	}
}

func (p *part) sanitise() {
	p.Title = clean(p.Title)
	cleanAll(p.Lead)
	cleanAll(p.Notes)
	for i := range p.Findings {
		f := &p.Findings[i]
		f.Text, f.Figure, f.People = clean(f.Text), clean(f.Figure), clean(f.People)
	}
	for i := range p.Quotes {
		p.Quotes[i] = quote{clean(p.Quotes[i].Text), clean(p.Quotes[i].Source)}
	}
	for _, ch := range p.Charts {
		ch.Title, ch.About, ch.Unit = clean(ch.Title), clean(ch.About), clean(ch.Unit)
		for i := range ch.Series {
			ch.Series[i].Name = clean(ch.Series[i].Name)
		}
	}
	if p.Journey != nil {
		for i := range p.Journey.Stages {
			stage := &p.Journey.Stages[i]
			stage.Title = clean(stage.Title)
			for _, lines := range stage.Cells {
				for k := range lines {
					lines[k].Text = clean(lines[k].Text)
				}
			}
		}
	}
	if p.Table == nil {
		return
	}
	p.Table.Caption = clean(p.Table.Caption)
	for i := range p.Table.Columns {
		p.Table.Columns[i].Title = clean(p.Table.Columns[i].Title)
	}
	for _, r := range p.Table.Rows {
		for i := range r.Cells {
			r.Cells[i].Text = clean(r.Cells[i].Text)
		}
	}
}

func cleanAll(all []string) {
	for i := range all {
		all[i] = clean(all[i])
	}
}
