package io.millrace.serde;

/** What a row says about the result it belongs to. The codes are stored in records; never change them. */
public enum RowKind {
    INSERT((byte) 0),
    UPDATE_BEFORE((byte) 1),
    UPDATE_AFTER((byte) 2),
    DELETE((byte) 3);

    private static final RowKind[] BY_CODE = values();

    private final byte code;

    RowKind(byte code) {
        this.code = code;
    }

    public byte code() {
        return code;
    }

    /** @throws IllegalArgumentException if {@code code} is none of the four */
    public static RowKind of(byte code) {
        if (code < 0 || code >= BY_CODE.length) {
            throw new IllegalArgumentException("row kind " + code + " is not one of 0..3");
        }
        return BY_CODE[code];
    }
}
