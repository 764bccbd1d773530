// Package pybritive reads what other command lines for Britive tenants keep on
// this machine: pybritive its configuration, aliases and sessions, and bctl its
// configuration. It writes nothing.
//
//	pybritive.config ─▶ Read ─▶ Config: tenants, aliases
//	pybritive.credentials[.encrypted] ─▶ Config.Sessions ─▶ Session.Open: a token
//	bctl/config.yaml ─▶ ReadBctl ─▶ Config
//
// Files are bounded, and what others could have written is refused. Keys and
// sections that are not known are passed over.
package pybritive
