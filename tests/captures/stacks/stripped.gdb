[New LWP 29235]
[New LWP 29236]
[New LWP 29237]
[Thread debugging using libthread_db enabled]
Using host libthread_db library "/lib/x86_64-linux-gnu/libthread_db.so.1".
0x00007ff0ac9162ec in __GI___libc_read (...) at ../sysdeps/unix/sysv/linux/read.c:26

Thread 4 (Thread 0x7ff0ab81b6c0 (LWP 29237) "price-2"):
#0  0x00007ff0ac8a3f16 in __futex_abstimed_wait_common64 (...) at ./nptl/futex-internal.c:57
#1  0x00007ff0ac8a3f16 in __futex_abstimed_wait_common (...) at ./nptl/futex-internal.c:87
#2  0x00007ff0ac8a3f7b in __GI___futex_abstimed_wait_cancelable64 (...) at ./nptl/futex-internal.c:139
#3  0x00007ff0ac8a65d8 in __pthread_cond_wait_common (...) at ./nptl/pthread_cond_wait.c:503
#4  0x00007ff0ac8a65d8 in ___pthread_cond_wait (...) at ./nptl/pthread_cond_wait.c:618
#5  0x00005587a90e7bcb in ?? ()
#6  0x00005587a90e6629 in ?? ()
#7  0x00005587a90e3582 in ?? ()
#8  0x00005587a90e35a7 in ?? ()
#9  0x00005587a90e3bc6 in ?? ()
#10 0x00005587a90e4b12 in ?? ()
#11 0x00005587a90e4ac7 in ?? ()
#12 0x00005587a90e4a74 in ?? ()
#13 0x00005587a90e4a48 in ?? ()
#14 0x00005587a90e4a2c in ?? ()
#15 0x00007ff0acad44a3 in ?? () from /lib/x86_64-linux-gnu/libstdc++.so.6
#16 0x00007ff0ac8a71f5 in start_thread (...) at ./nptl/pthread_create.c:442
#17 0x00007ff0ac9278ec in clone3 () at ../sysdeps/unix/sysv/linux/x86_64/clone3.S:81

Thread 3 (Thread 0x7ff0ac01c6c0 (LWP 29236) "price-1"):
#0  0x00007ff0ac8a3f16 in __futex_abstimed_wait_common64 (...) at ./nptl/futex-internal.c:57
#1  0x00007ff0ac8a3f16 in __futex_abstimed_wait_common (...) at ./nptl/futex-internal.c:87
#2  0x00007ff0ac8a3f7b in __GI___futex_abstimed_wait_cancelable64 (...) at ./nptl/futex-internal.c:139
#3  0x00007ff0ac8a65d8 in __pthread_cond_wait_common (...) at ./nptl/pthread_cond_wait.c:503
#4  0x00007ff0ac8a65d8 in ___pthread_cond_wait (...) at ./nptl/pthread_cond_wait.c:618
#5  0x00005587a90e7bcb in ?? ()
#6  0x00005587a90e6629 in ?? ()
#7  0x00005587a90e3582 in ?? ()
#8  0x00005587a90e35a7 in ?? ()
#9  0x00005587a90e3bc6 in ?? ()
#10 0x00005587a90e4b12 in ?? ()
#11 0x00005587a90e4ac7 in ?? ()
#12 0x00005587a90e4a74 in ?? ()
#13 0x00005587a90e4a48 in ?? ()
#14 0x00005587a90e4a2c in ?? ()
#15 0x00007ff0acad44a3 in ?? () from /lib/x86_64-linux-gnu/libstdc++.so.6
#16 0x00007ff0ac8a71f5 in start_thread (...) at ./nptl/pthread_create.c:442
#17 0x00007ff0ac9278ec in clone3 () at ../sysdeps/unix/sysv/linux/x86_64/clone3.S:81

Thread 2 (Thread 0x7ff0ac81d6c0 (LWP 29235) "price-0"):
#0  0x00007ff0ac8a3f16 in __futex_abstimed_wait_common64 (...) at ./nptl/futex-internal.c:57
#1  0x00007ff0ac8a3f16 in __futex_abstimed_wait_common (...) at ./nptl/futex-internal.c:87
#2  0x00007ff0ac8a3f7b in __GI___futex_abstimed_wait_cancelable64 (...) at ./nptl/futex-internal.c:139
#3  0x00007ff0ac8a65d8 in __pthread_cond_wait_common (...) at ./nptl/pthread_cond_wait.c:503
#4  0x00007ff0ac8a65d8 in ___pthread_cond_wait (...) at ./nptl/pthread_cond_wait.c:618
#5  0x00005587a90e7bcb in ?? ()
#6  0x00005587a90e6629 in ?? ()
#7  0x00005587a90e3582 in ?? ()
#8  0x00005587a90e35a7 in ?? ()
#9  0x00005587a90e3bc6 in ?? ()
#10 0x00005587a90e4b12 in ?? ()
#11 0x00005587a90e4ac7 in ?? ()
#12 0x00005587a90e4a74 in ?? ()
#13 0x00005587a90e4a48 in ?? ()
#14 0x00005587a90e4a2c in ?? ()
#15 0x00007ff0acad44a3 in ?? () from /lib/x86_64-linux-gnu/libstdc++.so.6
#16 0x00007ff0ac8a71f5 in start_thread (...) at ./nptl/pthread_create.c:442
#17 0x00007ff0ac9278ec in clone3 () at ../sysdeps/unix/sysv/linux/x86_64/clone3.S:81

Thread 1 (Thread 0x7ff0accc6740 (LWP 29234) "stripped"):
#0  0x00007ff0ac9162ec in __GI___libc_read (...) at ../sysdeps/unix/sysv/linux/read.c:26
#1  0x00007ff0ac9162ec in __GI___libc_read (...) at ../sysdeps/unix/sysv/linux/read.c:24
#2  0x00007ff0ac8a016e in _IO_new_file_underflow (...) at ./libio/libioP.h:947
#3  0x00007ff0ac8a1152 in __GI__IO_default_uflow (...) at ./libio/libioP.h:947
#4  0x00007ff0ac89bdb0 in _IO_getc (...) at ./libio/getc.c:40
#5  0x00007ff0acb08601 in __gnu_cxx::stdio_sync_filebuf<char, std::char_traits<char> >::underflow() () from /lib/x86_64-linux-gnu/libstdc++.so.6
#6  0x00007ff0acb163b6 in std::basic_istream<char, std::char_traits<char> >::sentry::sentry(std::basic_istream<char, std::char_traits<char> >&, bool) () from /lib/x86_64-linux-gnu/libstdc++.so.6
#7  0x00007ff0acac1857 in std::basic_istream<char, std::char_traits<char> >& std::operator>><char, std::char_traits<char>, std::allocator<char> >(std::basic_istream<char, std::char_traits<char> >&, std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >&) () from /lib/x86_64-linux-gnu/libstdc++.so.6
#8  0x00005587a90e3f9a in ?? ()
#9  0x00007ff0ac84524a in __libc_start_call_main (...) at ../sysdeps/nptl/libc_start_call_main.h:58
#10 0x00007ff0ac845305 in __libc_start_main_impl (...) at ../csu/libc-start.c:360
#11 0x00005587a90e3481 in ?? ()
[Inferior 1 (process 29234) detached]
