package main

import (
	"net"
	"os"
)

// notifyReady tells systemd that a unit of Type=notify has started.
func notifyReady() {
	socket := os.Getenv("NOTIFY_SOCKET")
	if socket == "" {
		return
	}
	connection, err := net.Dial("unixgram", socket)
	if err != nil {
		logf("warning", "systemd was not told of the start: %v", err)
		return
	}
	defer connection.Close()
	if _, err := connection.Write([]byte("READY=1")); err != nil {
		logf("warning", "systemd was not told of the start: %v", err)
	}
}
