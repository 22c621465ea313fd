package wire

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http/httputil"
	"strconv"
)

// Head is what the load generator needs to know of a response's head.
type Head struct {
	Status     int
	RetryAfter string
	Close      bool
	length     int64 // -1: not stated
	chunked    bool
}

var errMalformed = errors.New("malformed response")

// ReadHead reads up to the empty line.
func ReadHead(reader *bufio.Reader) (Head, error) {
	head := Head{length: -1}
	line, err := reader.ReadSlice('\n')
	if err != nil {
		return head, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.")) {
		return head, errMalformed
	}
	if head.Status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return head, errMalformed
	}
	for {
		if line, err = reader.ReadSlice('\n'); err != nil {
			return head, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			return head, nil
		}
		head.field(line)
	}
}

func (h *Head) field(line []byte) {
	colon := bytes.IndexByte(line, ':')
	if colon < 0 {
		return
	}
	name, value := line[:colon], bytes.TrimSpace(line[colon+1:])
	switch len(name) { // the length first: most fields are none of these
	case len("connection"):
		h.Close = h.Close || bytes.EqualFold(name, []byte("connection")) && bytes.EqualFold(value, []byte("close"))
	case len("retry-after"):
		if bytes.EqualFold(name, []byte("retry-after")) {
			h.RetryAfter = string(value)
		}
	case len("content-length"):
		if bytes.EqualFold(name, []byte("content-length")) {
			if length, err := strconv.ParseInt(string(value), 10, 64); err == nil {
				h.length = length
			}
		}
	case len("transfer-encoding"):
		h.chunked = h.chunked || bytes.EqualFold(name, []byte("transfer-encoding")) && bytes.EqualFold(value, []byte("chunked"))
	}
}

// Body reads the response's body to its stated end; an end that comes too early is an error.
func (h Head) Body(reader *bufio.Reader) io.Reader {
	switch {
	case h.chunked:
		return &chunkedBody{httputil.NewChunkedReader(reader), reader}
	case h.length >= 0:
		return &measuredBody{reader, h.length}
	default:
		return reader
	}
}

// Drop reads the body and throws it away; it returns its length.
func (h Head) Drop(reader *bufio.Reader) (int64, error) {
	if !h.chunked && h.length >= 0 {
		dropped, err := reader.Discard(int(h.length))
		return int64(dropped), err
	}
	return io.Copy(io.Discard, h.Body(reader))
}

// ChunkedBody also reads the empty line behind the last chunk, which httputil leaves.
type chunkedBody struct {
	chunks io.Reader
	reader *bufio.Reader
}

func (b *chunkedBody) Read(into []byte) (int, error) {
	count, err := b.chunks.Read(into)
	if err == io.EOF {
		if _, tail := b.reader.ReadSlice('\n'); tail != nil {
			err = io.ErrUnexpectedEOF
		}
	}
	return count, err
}

type measuredBody struct {
	reader io.Reader
	left   int64
}

func (b *measuredBody) Read(into []byte) (int, error) {
	if b.left == 0 {
		return 0, io.EOF
	}
	if int64(len(into)) > b.left {
		into = into[:b.left]
	}
	count, err := b.reader.Read(into)
	b.left -= int64(count)
	if err == io.EOF && b.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return count, err
}
