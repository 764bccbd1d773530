package cli

// OwnerOf finds the user at one end of a connection in a table of the kernel's.
func OwnerOf(table, own, others string) (uid int, ok bool) { return ownerOf(table, own, others) }
