module gopark/bench

go 1.24
