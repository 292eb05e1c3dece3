package io.millrace.state;

import java.util.function.Predicate;

/** A walk over committed entries that passes over those which the open transaction has expired. */
final class UnexpiredCursor implements Cursor {
    private final Cursor committed;
    private final Predicate<byte[]> expired;
    private byte[] key = {};

    UnexpiredCursor(Cursor committed, Predicate<byte[]> expired) {
        this.committed = committed;
        this.expired = expired;
    }

    @Override
    public boolean next() {
        while (committed.next()) {
            key = committed.key();
            if (!expired.test(key)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public byte[] key() {
        return key.clone();
    }

    @Override
    public byte[] value() {
        return committed.value();
    }

    @Override
    public void close() {
        committed.close();
    }
}
