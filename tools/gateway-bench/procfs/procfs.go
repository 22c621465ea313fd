// Package procfs reads what a server and its children cost from /proc.
package procfs

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Linux counts processor time for user programs in hundredths of a second, on every architecture.
const tick = 10 * time.Millisecond

// Usage is what a tree of processes has used and holds.
type Usage struct {
	CPU         time.Duration // user and system, of processes alive
	RSS         int64         // bytes; memory shared by several processes counts for each
	Descriptors int
	Processes   int
}

// Tree is the usage of a process and everything below it.
func Tree(root int) (Usage, error) {
	var usage Usage
	children, err := childrenByParent()
	if err != nil {
		return usage, err
	}
	waiting := []int{root}
	for len(waiting) > 0 {
		pid := waiting[0]
		waiting = append(waiting[1:], children[pid]...)
		if err := usage.add(pid); err != nil && pid == root {
			return usage, err
		}
	}
	return usage, nil
}

func (u *Usage) add(pid int) error {
	fields, err := stat(pid)
	if err != nil {
		return err
	}
	// Counted from the third field of proc(5), state: utime is 14, stime 15, rss in pages 24.
	user, _ := strconv.ParseInt(fields[14-3], 10, 64)
	system, _ := strconv.ParseInt(fields[15-3], 10, 64)
	pages, _ := strconv.ParseInt(fields[24-3], 10, 64)
	descriptors, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		return err
	}
	u.CPU += time.Duration(user+system) * tick
	u.RSS += pages * int64(os.Getpagesize())
	u.Descriptors += len(descriptors)
	u.Processes++
	return nil
}

func childrenByParent() (map[int][]int, error) {
	paths, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil, err
	}
	children := map[int][]int{}
	for _, path := range paths {
		pid, err := strconv.Atoi(filepath.Base(path))
		if err != nil {
			continue
		}
		if fields, err := stat(pid); err == nil {
			parent, _ := strconv.Atoi(fields[4-3])
			children[parent] = append(children[parent], pid)
		}
	}
	return children, nil
}

// Stat returns the fields behind the name, which may itself hold spaces and brackets.
func stat(pid int) ([]string, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil, err
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) < 24-2 {
		return nil, fmt.Errorf("/proc/%d/stat: %d fields", pid, len(fields))
	}
	return fields, nil
}
