package io.millrace.serde.json;

import com.fasterxml.jackson.core.util.BufferRecycler;
import com.fasterxml.jackson.core.util.RecyclerPool;

/**
 * The buffers of one decoder or encoder, which one thread uses for one record at a time. Jackson's default looks them up in a
 * thread-local for every record, a twentieth of the time that a small record takes.
 */
final class OwnBuffers implements RecyclerPool<BufferRecycler> {
    private static final long serialVersionUID = 1;

    private transient BufferRecycler buffers = new BufferRecycler();
    private boolean taken;

    @Override
    public BufferRecycler acquirePooled() {
        if (taken) {
            return new BufferRecycler();
        }
        taken = true;
        return buffers;
    }

    @Override
    public void releasePooled(BufferRecycler returned) {
        buffers = returned;
        taken = false;
    }
}
