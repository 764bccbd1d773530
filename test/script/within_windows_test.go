package script_test

import "errors"

func within() { fail(errors.New("what a process takes is measured on Unix only")) }
