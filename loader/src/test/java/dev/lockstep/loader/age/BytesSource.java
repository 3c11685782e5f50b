package dev.lockstep.loader.age;

/** An encrypted file in memory. */
record BytesSource(String name, byte[] bytes) implements AgeSource {
    @Override
    public long byteSize() {
        return bytes.length;
    }

    @Override
    public void read(long position, byte[] target, int offset, int count) {
        System.arraycopy(bytes, (int) position, target, offset, count);
    }
}
