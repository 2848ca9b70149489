module rheo.dev/bench/load

go 1.26.0

require golang.org/x/net v0.52.0

require golang.org/x/text v0.36.0 // indirect
