//go:build tools

// Names the program that make control-plane builds, so that go.mod and go.sum hold what it needs.
package controlplane

import (
	_ "sigs.k8s.io/kwok/cmd/kwok"
)
