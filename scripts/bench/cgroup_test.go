package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

const (
	mountsV1 = `30 29 0:25 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
31 30 0:26 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
32 30 0:27 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
33 30 0:28 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw`
	mountsV2        = `35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate`
	mountsContainer = `35 24 0:30 /docker/abc /sys/fs/cgroup rw - cgroup cgroup rw,cpu`
)

func TestFindHierarchy(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, self, mounts string
		want               cpuHierarchy
		parents            []string
	}{
		{
			name: "version 1 beside an empty version 2", mounts: mountsV1,
			self:    "9:memory:/x\n4:cpu,cpuacct:/user.slice\n0::/\n",
			want:    cpuHierarchy{mount: "/sys/fs/cgroup/cpu,cpuacct", own: "/sys/fs/cgroup/cpu,cpuacct/user.slice"},
			parents: []string{"/sys/fs/cgroup/cpu,cpuacct/user.slice", "/sys/fs/cgroup/cpu,cpuacct"},
		},
		{
			name: "version 2", mounts: mountsV2,
			self:    "0::/user.slice/session-1.scope\n",
			want:    cpuHierarchy{v2: true, mount: "/sys/fs/cgroup", own: "/sys/fs/cgroup/user.slice/session-1.scope"},
			parents: []string{"/sys/fs/cgroup/user.slice/session-1.scope", "/sys/fs/cgroup/user.slice", "/sys/fs/cgroup"},
		},
		{
			name: "a container that sees its own part only", mounts: mountsContainer,
			self:    "1:cpu:/docker/abc\n",
			want:    cpuHierarchy{mount: "/sys/fs/cgroup", own: "/sys/fs/cgroup"},
			parents: []string{"/sys/fs/cgroup"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := findHierarchy(tt.self, tt.mounts)
			assert.True(t, ok)
			assert.Equal(t, tt.want, got)
			assert.Equal(t, tt.parents, got.parents())
		})
	}
	_, ok := findHierarchy("4:memory:/\n", mountsV1)
	assert.False(t, ok, "no CPU controller")
	_, ok = findHierarchy("0::/\n", "")
	assert.False(t, ok, "nothing mounted")
}
