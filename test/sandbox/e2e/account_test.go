package e2e_test

import (
	"net/http"
	"os"
	"path"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kubectl-jit/kubectl-jit/test/fake/aws"
)

// accountKeys makes a user with all rights in IAM, and is what a shell says to be
// that user.
func accountKeys() string {
	key := aws.User{Name: "root-admin", AccessKeyID: "AKIAROOTADMIN0000000", SecretAccessKey: "root admin", Actions: []string{"iam:*", "sts:*"}}
	world.AWS.AddUser(key)
	return "export AWS_ACCESS_KEY_ID='" + key.AccessKeyID + "' AWS_SECRET_ACCESS_KEY='" + key.SecretAccessKey + "'\n"
}

// administrator makes the program `administrator COMMAND…`, which runs a command
// with the keys of who administers the account.
func administrator(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: administrator")
	}
	ts.Check(os.WriteFile(ts.MkAbs("administrator"), []byte("#!/bin/sh\n"+accountKeys()+`exec "$@"`+"\n"), 0o700))
}

// role PATH PRINCIPAL KEY=VALUE makes an IAM role that the principal may assume with
// this session tag.
func role(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: role PATH PRINCIPAL KEY=VALUE")
	}
	folder, name := path.Split(args[0])
	key, value, _ := strings.Cut(args[2], "=")
	world.AWS.AddRole(aws.Role{Name: name, Path: folder, Trust: []aws.Statement{{
		AWS: args[1], Actions: []string{"sts:AssumeRole", "sts:TagSession"}, Conditions: map[string][]string{"aws:RequestTag/" + key: {value}},
	}}})
}

// fails ACTION REGION CODE has AWS refuse an action in a region; so does the end of
// the script no more.
func fails(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: fails ACTION REGION CODE")
	}
	world.AWS.Fail(args[0], aws.Fault{Status: http.StatusForbidden, Code: args[2], Message: "not in " + args[1], Region: args[1]})
	ts.Defer(func() { world.AWS.Fail(args[0], aws.Fault{}) })
}
