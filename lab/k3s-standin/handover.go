package main

import (
	"net"
	"sync"
)

// handover gives one port to two servers in turn: the first answers from the start, the second
// takes over for good when it begins to accept.
type handover struct {
	listener    net.Listener
	first       chan net.Conn
	second      chan net.Conn
	taken       chan struct{}
	firstClosed chan struct{}
	take, shut  sync.Once
}

func newHandover(listener net.Listener) *handover {
	h := &handover{
		listener: listener, first: make(chan net.Conn), second: make(chan net.Conn),
		taken: make(chan struct{}), firstClosed: make(chan struct{}),
	}
	go h.distribute()
	return h
}

func (h *handover) distribute() {
	for {
		connection, err := h.listener.Accept()
		if err != nil {
			close(h.second)
			return
		}
		select {
		case <-h.taken:
			h.second <- connection
			continue
		default:
		}
		select {
		case h.first <- connection:
		case <-h.taken:
			h.second <- connection
		}
	}
}

// firstListener is closed by the handover.
type firstListener struct{ *handover }

func (f firstListener) Accept() (net.Conn, error) {
	select {
	case connection := <-f.first:
		return connection, nil
	case <-f.taken:
	case <-f.firstClosed:
	}
	return nil, net.ErrClosed
}

func (f firstListener) Close() error {
	f.shut.Do(func() { close(f.firstClosed) })
	return nil
}

func (f firstListener) Addr() net.Addr { return f.listener.Addr() }

// secondListener takes the port with its first Accept.
type secondListener struct{ *handover }

func (s secondListener) Accept() (net.Conn, error) {
	s.take.Do(func() { close(s.taken) })
	connection, open := <-s.second
	if !open {
		return nil, net.ErrClosed
	}
	return connection, nil
}

func (s secondListener) Close() error   { return s.listener.Close() }
func (s secondListener) Addr() net.Addr { return s.listener.Addr() }
