package io.millrace.serde.avro;

import io.millrace.serde.BinaryReader;
import io.millrace.serde.DecodeException;

/** The checked reading of Avro's counts, lengths and indexes. */
final class AvroBlocks {
    /** Items that take no bytes are bounded by this alone. */
    static final int MAX_EMPTY_ITEMS = 1 << 16;

    private AvroBlocks() {}

    /** The length of a string or bytes, of which so many bytes follow. */
    static int length(BinaryReader in) {
        long length = in.readZigZagLong();
        if (length < 0 || length > in.remaining()) {
            throw new DecodeException("a length before byte " + in.position() + " points past the end");
        }
        return (int) length;
    }

    static int branch(BinaryReader in, int branches) {
        long branch = in.readZigZagLong();
        if (branch < 0 || branch >= branches) {
            throw new DecodeException("a union before byte " + in.position() + " has no such branch");
        }
        return (int) branch;
    }

    /**
     * The number of items in the next block of an array or map; 0 ends it.
     *
     * @param before the items of the blocks before
     */
    static int blockCount(BinaryReader in, int before, boolean itemIsEmpty) {
        long count = in.readZigZagLong();
        if (count < 0) {
            count = -count;
            in.readZigZagLong(); // the block's size in bytes, for those who skip
        }
        long limit = itemIsEmpty ? MAX_EMPTY_ITEMS - before : in.remaining();
        if (count < 0 || count > limit) {
            throw new DecodeException("a count before byte " + in.position() + " is more than can follow");
        }
        return (int) count;
    }
}
