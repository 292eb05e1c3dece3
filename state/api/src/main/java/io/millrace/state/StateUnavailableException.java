package io.millrace.state;

import org.jspecify.annotations.Nullable;

/** Local state cannot be read or written (disk full, corruption, no permission). The message says where and how to mend. */
public final class StateUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean corrupt;

    public StateUnavailableException(String message, @Nullable Throwable cause) {
        this(message, false, cause);
    }

    /** @param corrupt see {@link #corrupt} */
    public StateUnavailableException(String message, boolean corrupt, @Nullable Throwable cause) {
        super(message, cause);
        this.corrupt = corrupt;
    }

    /**
     * Whether what is kept for the task is damaged, so that trying again is useless, but {@link StateBackend#destroy} and a
     * rebuild from the changelog mend it. False if the surroundings are at fault (a full disk, a missing permission).
     */
    public boolean corrupt() {
        return corrupt;
    }
}
