// Command etcd is the released etcd server. It has a module of its own because
// the API server's module asks for another minor version of the same code.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }
