// Package demo plays a ministry through koe: three bureaus, twelve divisions, about 360 mid-career hires, two years.
// People, their answers and their comments are invented from a fixed seed and follow the story of the guide that koe is
// built on: isolation peaks in the third month, contribution grows at half a year, career anxiety rises at a year; two
// divisions differ; people with mentors are less isolated; some leave, some move, some never answer.
//
// Nothing of koe is replaced: the roster is a file that is imported, mail goes over SMTP to a server that this package
// runs on the loopback, and answers are HTTP posts to the real form. Only the clock and the people are played.
package demo
