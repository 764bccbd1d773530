// Package catalog reads what may be asked for: applications, environments,
// profiles and policies, and the users and tags they name. It is declared in
// YAML, in one file or in a folder of *.yaml files that are read as one:
//
//	apiVersion: jit.kubectl-jit.dev/v1alpha1
//	kind: Catalog
//	users:
//	  - name: alice@example.com
//	  - name: bob@example.com
//	tags:
//	  - name: sre
//	    users: [bob@example.com]
//	applications:
//	  - name: Manual - Sigma Labs
//	    type: AWS
//	    environments:
//	      - name: 196226166352 (Sigma Labs)
//	        aws: {account: "196226166352", samlProvider: jit-broker}
//	    profiles:
//	      - name: EKS Cluster Admin
//	        environments: ["196226166352 (Sigma Labs)"]
//	        role: EKS-Cluster-Admin
//	        duration: 1h
//	        policies:
//	          - name: with approval
//	            members: {users: [alice@example.com]}
//	            justification: required
//	            approval:
//	              approvers: {tags: [sre]}
//
// The types in file.go are the reference of every field; docs/catalog.md is made of
// them. The way of a file:
//
//	bytes ─▶ decode: strict, with positions ─▶ build: checked as a whole ─▶ Catalog
//
// A catalog is right as a whole or it is refused, with every mistake named at
// once, each with file and line. It does not change once it is loaded.
package catalog
