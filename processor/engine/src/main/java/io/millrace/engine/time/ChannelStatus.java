package io.millrace.engine.time;

/** Whether a channel holds time back. The codes are stored in records; never change them. */
public enum ChannelStatus {
    /** Rows may come at any time; the watermark counts. */
    ACTIVE((byte) 0),
    /** Silent for longer than its idle time; the watermark does not count. */
    IDLE((byte) 1),
    /** Nothing will ever come again; time is over. */
    END((byte) 2);

    private static final ChannelStatus[] BY_CODE = values();

    private final byte code;

    ChannelStatus(byte code) {
        this.code = code;
    }

    public byte code() {
        return code;
    }

    /** @throws IllegalArgumentException if there is no such code */
    public static ChannelStatus of(byte code) {
        if (code < 0 || code >= BY_CODE.length) {
            throw new IllegalArgumentException("channel status " + code + " is not one of 0..2");
        }
        return BY_CODE[code];
    }
}
