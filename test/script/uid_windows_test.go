package script_test

import "errors"

func uid() { fail(errors.New("Windows has no user ids")) }
