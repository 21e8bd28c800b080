module koe

go 1.26.8
