/** Text from outside, made fit for people. */
package dev.lockstep.loader.internal.text;
