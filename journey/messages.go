package journey

var japanese = map[phrase]string{}
