package main

import (
	"net"
	"os"
)

// takeNotifySocket hides the socket from the API server, which would call the unit started as soon
// as it listens.
func takeNotifySocket() (string, error) {
	socket := os.Getenv("NOTIFY_SOCKET")
	return socket, os.Unsetenv("NOTIFY_SOCKET")
}

// notifyReady tells systemd that a unit of Type=notify has started.
func notifyReady(socket string) {
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
