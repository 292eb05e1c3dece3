package io.millrace.serde;

/** What a result says about those that may follow for the same key and window. The codes are stored in records; never change them. */
public enum Finality {
    /** Says nothing: rows of a stream, and results of aggregations that never end. */
    UNSAID((byte) 0),
    /** A result of a window that is still open. */
    EARLY((byte) 1),
    /** The result of a window as it closed. */
    FINAL((byte) 2),
    /** The result of a closed window after a late row changed it. */
    CORRECTED((byte) 3);

    private static final Finality[] BY_CODE = values();

    private final byte code;

    Finality(byte code) {
        this.code = code;
    }

    public byte code() {
        return code;
    }

    /** @throws IllegalArgumentException if {@code code} is none of the four */
    public static Finality of(byte code) {
        if (code < 0 || code >= BY_CODE.length) {
            throw new IllegalArgumentException("finality " + code + " is not one of 0..3");
        }
        return BY_CODE[code];
    }
}
