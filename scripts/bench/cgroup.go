package main

import (
	"path"
	"slices"
	"strings"
)

// cpuHierarchy is where the kernel's CPU controller is mounted and where in it
// this process stands.
type cpuHierarchy struct {
	v2    bool
	mount string // the folder where it is mounted
	own   string // this process's group in it
}

// findHierarchy reads /proc/self/cgroup and /proc/self/mountinfo. Where a system
// has both versions of cgroups, the CPU controller is in one of them.
func findHierarchy(selfCgroup, mountinfo string) (cpuHierarchy, bool) {
	for line := range strings.Lines(selfCgroup) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) == 3 && slices.Contains(strings.Split(parts[1], ","), "cpu") {
			return locate(mountinfo, "cgroup", "cpu", parts[2])
		}
	}
	for line := range strings.Lines(selfCgroup) {
		if own, ok := strings.CutPrefix(strings.TrimSpace(line), "0::"); ok {
			return locate(mountinfo, "cgroup2", "", own)
		}
	}
	return cpuHierarchy{}, false
}

// locate finds the mount of a file system type with an option among its own, and
// own as a folder below it. See proc(5) for the format.
func locate(mountinfo, fsType, option, own string) (cpuHierarchy, bool) {
	for line := range strings.Lines(mountinfo) {
		left, right, _ := strings.Cut(line, " - ")
		place, system := strings.Fields(left), strings.Fields(right)
		if len(place) < 5 || len(system) < 3 || system[0] != fsType {
			continue
		}
		if option != "" && !slices.Contains(strings.Split(system[2], ","), option) {
			continue
		}
		mounted, mount := place[3], place[4] // the part of the hierarchy that is mounted, and where
		relative, _ := strings.CutPrefix(own, strings.TrimSuffix(mounted, "/"))
		return cpuHierarchy{v2: fsType == "cgroup2", mount: mount, own: path.Join(mount, relative)}, true
	}
	return cpuHierarchy{}, false
}

// parents are the folders in which a group may be made, best first: under this
// process's own group or one above it. In version 2 a group that holds processes
// cannot limit its children, except the root.
func (h cpuHierarchy) parents() []string {
	var out []string
	for dir := h.own; strings.HasPrefix(dir, h.mount); dir = path.Dir(dir) {
		out = append(out, dir)
		if dir == h.mount {
			break
		}
	}
	return out
}
