package wire

import (
	"bufio"
	"io"
	"strings"
	"testing"
)

func read(t *testing.T, text string) (Head, string, error) {
	t.Helper()
	reader := bufio.NewReader(strings.NewReader(text))
	head, err := ReadHead(reader)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(head.Body(reader))
	return head, string(body), err
}

func TestABodyOfStatedLengthIsReadToItsEnd(t *testing.T) {
	head, body, err := read(t, "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\n{}rest")
	if err != nil || head.Status != 429 || head.RetryAfter != "7" || body != "{}" {
		t.Fatal(head, body, err)
	}
}

func TestAChunkedBodyIsJoined(t *testing.T) {
	_, body, err := read(t, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")
	if err != nil || body != "abc" {
		t.Fatal(body, err)
	}
}

func TestAnEndThatComesTooEarlyIsAnError(t *testing.T) {
	for _, text := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
	} {
		if _, _, err := read(t, text); err == nil {
			t.Fatalf("no error from %q", text)
		}
	}
}
