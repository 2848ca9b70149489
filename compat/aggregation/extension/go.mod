module rheo.dev/compat/extension

go 1.26
