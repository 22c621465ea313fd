package main

import (
	"bufio"
	"strings"
	"testing"
	"time"
)

func follow(text string) outcome {
	seen := outcome{status: 200}
	seen.follow(bufio.NewReader(strings.NewReader(text)), time.Now())
	return seen
}

func TestAStreamWithItsDoneIsWhole(t *testing.T) {
	seen := follow(": waiting\n\ndata: {\"a\":1}\n\ndata: {\"a\":2}\n\ndata: [DONE]\n\n")
	if !seen.whole || seen.events != 2 || len(seen.gaps) != 1 || seen.fault != "" {
		t.Fatalf("%+v", seen)
	}
}

func TestAStreamWithoutItsDoneIsCut(t *testing.T) {
	if seen := follow("data: {\"a\":1}\n\n"); seen.whole || seen.fault == "" {
		t.Fatalf("%+v", seen)
	}
}

func TestAnErrorEventIsAFaultEvenBeforeADone(t *testing.T) {
	if seen := follow("data: {\"error\":{}}\n\ndata: [DONE]\n\n"); seen.whole || seen.fault != "error event" {
		t.Fatalf("%+v", seen)
	}
}
