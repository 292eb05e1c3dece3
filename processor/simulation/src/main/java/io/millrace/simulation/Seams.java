package io.millrace.simulation;

import io.millrace.runtime.ClientFactory;
import io.millrace.state.StateBackend;

/** Where the product meets the world. Tests of the simulation itself put something broken in between, to see that it is found. */
interface Seams {
    /** Nothing is in between. */
    Seams NONE = new Seams() {};

    /** @param kafka for what a client could not even do on purpose */
    default ClientFactory clients(ClientFactory real, SimulatedKafka kafka) {
        return real;
    }

    default StateBackend state(StateBackend real) {
        return real;
    }
}
