module headway.dev/gateway-bench

go 1.24
