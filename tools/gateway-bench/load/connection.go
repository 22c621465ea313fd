package main

import (
	"bufio"
	"fmt"
	"net"
	"time"

	"headway.dev/gateway-bench/wire"
)

// No single answer may take longer; what does is an error.
const patience = 30 * time.Second

// Connection sends one request again and again, and connects anew where the server has closed.
type connection struct {
	target  wire.Target
	request []byte
	conn    net.Conn
	reader  *bufio.Reader
}

func (c *connection) ask() (time.Duration, error) {
	if c.conn == nil {
		conn, err := c.target.Dial()
		if err != nil {
			return 0, err
		}
		c.conn, c.reader = conn, bufio.NewReaderSize(conn, 4096)
	}
	took, err := c.exchange()
	if err != nil {
		c.close()
	}
	return took, err
}

func (c *connection) exchange() (time.Duration, error) {
	began := time.Now()
	if err := c.conn.SetDeadline(began.Add(patience)); err != nil {
		return 0, err
	}
	if _, err := c.conn.Write(c.request); err != nil {
		return 0, err
	}
	head, err := wire.ReadHead(c.reader)
	if err != nil {
		return 0, err
	}
	length, err := head.Drop(c.reader)
	took := time.Since(began)
	switch {
	case err != nil:
		return took, err
	case head.Status != 200 || length < 300:
		return took, fmt.Errorf("status %d with %d bytes", head.Status, length)
	case head.Close:
		c.close()
	}
	return took, nil
}

func (c *connection) close() {
	if c.conn != nil {
		c.conn.Close()
		c.conn = nil
	}
}
