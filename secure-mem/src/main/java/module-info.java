/** Who owns bytes and when they die: off-heap memory that is zeroed before it is freed. Depends on the JDK alone. */
module dev.lockstep.securemem {
    exports dev.lockstep.securemem;
}
