// Package wire is the client's half of HTTP/1.1, lean enough to share one core with the server that it measures.
package wire

import (
	"fmt"
	"net"
	"net/url"
	"time"
)

// Target is a server to load and what to say to it.
type Target struct {
	Address string // host:port
	path    string
	key     string
}

// NewTarget takes a base address such as http://127.0.0.1:8080 and a key, which may be empty.
func NewTarget(base, key string) (Target, error) {
	parsed, err := url.Parse(base)
	if err != nil || parsed.Host == "" {
		return Target{}, fmt.Errorf("not an address of a server: %q", base)
	}
	return Target{Address: parsed.Host, path: parsed.Path + "/v1/chat/completions", key: key}, nil
}

// Request is a whole chat request; with stream, it asks for events tokens one by one.
func (t Target) Request(stream bool, tokens int) []byte {
	body := fmt.Sprintf(`{"model":"tiny","messages":[{"role":"system","content":"You are a helpful assistant. Answer in one short sentence."},`+
		`{"role":"user","content":"Why is the sky blue, and why is it red in the evening?"}],"max_tokens":%d,"temperature":0.7,"stream":%t}`, tokens, stream)
	authorization := ""
	if t.key != "" {
		authorization = "Authorization: Bearer " + t.key + "\r\n"
	}
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: gateway-bench\r\nAccept: */*\r\n%sContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		t.path, t.Address, authorization, len(body), body)
}

// Dial connects within five seconds.
func (t Target) Dial() (net.Conn, error) {
	return net.DialTimeout("tcp", t.Address, 5*time.Second)
}
