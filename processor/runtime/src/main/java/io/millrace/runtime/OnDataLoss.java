package io.millrace.runtime;

/** What a job does when input was deleted before it was read: by the topic's retention, or by hand. */
public enum OnDataLoss {
    /** It stops and says what is missing. */
    FAIL,
    /** It goes on with what is still there; what is missing is logged and counted. */
    CONTINUE
}
