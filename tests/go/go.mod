module certrescue/tests/go

go 1.24
