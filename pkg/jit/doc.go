// Package jit holds the words of just-in-time access and the contracts that
// everything else stands on.
//
// An [Access] is asked for. Where the policy wants an approval, a [Request] is
// made and decided. A [Grant] is given: a window of time. While the window is
// open it is worth a [Credential] (AWS keys), which may be turned into that of a
// further [Role], and is turned into a [Token], which is what kubectl gets:
//
//	Access ──▶ (Request) ──▶ Grant ──▶ Credential ──▶ (of a Role) ──▶ Token
//	          └──────── Broker ────────────┘  └ RoleAssumer ┘ └ TokenIssuer ┘
//
// The package imports the standard library only and does nothing by itself.
package jit
