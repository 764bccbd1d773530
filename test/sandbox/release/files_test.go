package release_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"testing"
	"time"
)

// member is a file of an archive or a package.
type member struct {
	mode fs.FileMode
	time time.Time
	root bool   // owned by root, where the format says by whom
	body []byte // nil of an rpm, of which only the header is read
	at   int    // how many are before it
}

// unpack reads what an archive or a package installs: paths without a leading
// slash, and no folders.
func unpack(t *testing.T, file string) map[string]member {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	readers := map[string]func([]byte) (map[string]member, error){
		".tar.gz": readTar, ".zip": readZip, ".deb": readDeb, ".apk": readTar, ".rpm": readRPM,
	}
	for ending, reader := range readers {
		if strings.HasSuffix(file, ending) {
			members, err := reader(text)
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			return members
		}
	}
	t.Fatalf("%s is of no kind that a release has", file)
	return nil
}

// readTar reads a compressed tar. An apk is several of them, one after the other;
// its own files, which begin with a dot, are left out.
func readTar(text []byte) (map[string]member, error) {
	expanded, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	members := map[string]member{}
	for archive := tar.NewReader(expanded); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return members, nil
		}
		if err != nil {
			return nil, err
		}
		name := path.Clean(strings.TrimPrefix(header.Name, "/"))
		if header.Typeflag == tar.TypeDir || (strings.HasPrefix(name, ".") && !strings.Contains(name, "/")) {
			continue
		}
		body, err := io.ReadAll(archive)
		if err != nil {
			return nil, err
		}
		mode := header.FileInfo().Mode()
		members[name] = member{mode, header.ModTime, header.Uid == 0 && header.Gid == 0, body, len(members)}
	}
}

func readZip(text []byte) (map[string]member, error) {
	archive, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		return nil, err
	}
	members := map[string]member{}
	for _, file := range archive.File {
		content, err := file.Open()
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(content)
		if err != nil {
			return nil, err
		}
		members[file.Name] = member{file.Mode(), file.Modified, true, body, len(members)}
	}
	return members, nil
}

// readDeb reads the data of a deb: an ar archive, whose members have a header of
// 60 bytes with the name in the first 16 and the size in ten from byte 48.
func readDeb(text []byte) (map[string]member, error) {
	rest, found := bytes.CutPrefix(text, []byte("!<arch>\n"))
	if !found {
		return nil, errors.New("no ar archive")
	}
	for len(rest) >= 60 {
		name := strings.TrimRight(string(rest[:16]), " /")
		size, err := strconv.Atoi(strings.TrimSpace(string(rest[48:58])))
		if err != nil || 60+size > len(rest) {
			return nil, fmt.Errorf("member %q of size %q", name, rest[48:58])
		}
		if name == "data.tar.gz" {
			return readTar(rest[60 : 60+size])
		}
		rest = rest[min(len(rest), 60+size+size%2):]
	}
	return nil, errors.New("holds no data.tar.gz")
}

// The tags of an rpm header that say which files it installs.
const (
	rpmModes      = 1030
	rpmTimes      = 1034
	rpmUsers      = 1039
	rpmDirIndexes = 1116
	rpmBaseNames  = 1117
	rpmDirNames   = 1118
)

// readRPM reads the header of an rpm: after a lead of 96 bytes and the signature
// header, which is padded to eight. It says which file goes where, and how.
func readRPM(text []byte) (map[string]member, error) {
	signature, err := readHeader(text[min(len(text), 96):])
	if err != nil {
		return nil, fmt.Errorf("signature: %w", err)
	}
	header, err := readHeader(text[96+(signature.size+7)/8*8:])
	if err != nil {
		return nil, err
	}
	folders, users := header.texts(rpmDirNames), header.texts(rpmUsers)
	modes, times, at := header.numbers(rpmModes, 2), header.numbers(rpmTimes, 4), header.numbers(rpmDirIndexes, 4)
	members := map[string]member{}
	for i, base := range header.texts(rpmBaseNames) {
		mode := fs.FileMode(modes[i] & 0o777)
		if modes[i]&0o170000 != 0o100000 {
			continue // a folder
		}
		name := strings.TrimPrefix(folders[at[i]]+base, "/")
		members[name] = member{mode, time.Unix(int64(times[i]), 0), users[i] == "root", nil, i}
	}
	return members, nil
}

// header is an rpm header: an index of tags into a store.
type header struct {
	size  int // with its index
	store []byte
	index map[int]struct{ offset, count int }
}

// readHeader reads a magic of eight bytes, the number of index entries, the size
// of the store, entries of 16 bytes (tag, type, offset, count), and the store.
func readHeader(text []byte) (header, error) {
	if len(text) < 16 || !bytes.HasPrefix(text, []byte{0x8e, 0xad, 0xe8, 1}) {
		return header{}, errors.New("no rpm header")
	}
	word := func(at int) int { return int(binary.BigEndian.Uint32(text[at:])) }
	entries, size := word(8), word(12)
	h := header{size: 16 + 16*entries + size, index: map[int]struct{ offset, count int }{}}
	if h.size > len(text) {
		return header{}, errors.New("an rpm header that is cut off")
	}
	for at := 16; at < 16+16*entries; at += 16 {
		h.index[word(at)] = struct{ offset, count int }{word(at + 8), word(at + 12)}
	}
	h.store = text[16+16*entries : h.size]
	return h, nil
}

func (h header) texts(tag int) []string {
	entry := h.index[tag]
	return strings.SplitN(string(h.store[entry.offset:]), "\x00", entry.count+1)[:entry.count]
}

func (h header) numbers(tag, width int) []int {
	entry := h.index[tag]
	numbers := make([]int, entry.count)
	for i := range numbers {
		for _, b := range h.store[entry.offset+i*width:][:width] {
			numbers[i] = numbers[i]<<8 | int(b)
		}
	}
	return numbers
}
