// Package voices reads free text, Japanese and English: it hides who is named, finds what is spoken of and how, and
// counts words by person (METHOD section 6).
//
// A text goes one way: NFKC, Masker (mail addresses, numbers, names, units, companies become [メール], [番号], [人名] …),
// sentences and clauses, morphemes (kagome with IPADIC and a dictionary of our own; a small English tokenizer beside it),
// then the cue tables, plain files that people review: which words stand for which theme, and whether the clause speaks
// of an issue, a wish, or of what is well. Explain shows each step.
//
// No sentence is guessed at by a model, nothing is learned from answers, and no text raises an alarm about a person. The
// rules are for counts over many people; what one comment means, its reader decides (the coding sheet overrides the rules).
package voices
