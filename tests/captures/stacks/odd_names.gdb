[New LWP 29247]
[New LWP 29248]
[Thread debugging using libthread_db enabled]
Using host libthread_db library "/lib/x86_64-linux-gnu/libthread_db.so.1".
0x00007ff1fa9162ec in __GI___libc_read (...) at ../sysdeps/unix/sysv/linux/read.c:26

Thread 3 (Thread 0x7ff1f9f3c6c0 (LWP 29248) "a[31m"ÿ"):
#0  0x00007ff1fa8a3f16 in __futex_abstimed_wait_common64 (...) at ./nptl/futex-internal.c:57
#1  0x00007ff1fa8a3f16 in __futex_abstimed_wait_common (...) at ./nptl/futex-internal.c:87
#2  0x00007ff1fa8a3f7b in __GI___futex_abstimed_wait_cancelable64 (...) at ./nptl/futex-internal.c:139
#3  0x00007ff1fa8a65d8 in __pthread_cond_wait_common (...) at ./nptl/pthread_cond_wait.c:503
#4  0x00007ff1fa8a65d8 in ___pthread_cond_wait (...) at ./nptl/pthread_cond_wait.c:618
#5  0x000055dba8097bcb in std::condition_variable::wait<shop::Queue<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > >::pop()::{lambda()#1}>(std::unique_lock<std::mutex>&, shop::Queue<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > >::pop()::{lambda()#1}) (...) at /usr/include/c++/12/condition_variable:102
#6  0x000055dba8096629 in shop::Queue<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > >::pop (...) at ../../tests/programs/threads.cpp:35
#7  0x000055dba8093582 in shop::wait_for_result () at ../../tests/programs/threads.cpp:56
#8  0x000055dba80935a7 in shop::collect_prices (...) at ../../tests/programs/threads.cpp:60
#9  0x000055dba8093bc6 in operator() (...) at ../../tests/programs/threads.cpp:149
#10 0x000055dba8094b12 in std::__invoke_impl<void, main(int, char**)::<lambda()> >(std::__invoke_other, struct {...} &&) (...) at /usr/include/c++/12/bits/invoke.h:61
#11 0x000055dba8094ac7 in std::__invoke<main(int, char**)::<lambda()> >(struct {...} &&) (...) at /usr/include/c++/12/bits/invoke.h:96
#12 0x000055dba8094a74 in std::thread::_Invoker<std::tuple<main(int, char**)::<lambda()> > >::_M_invoke<0>(std::_Index_tuple<0>) (...) at /usr/include/c++/12/bits/std_thread.h:252
#13 0x000055dba8094a48 in std::thread::_Invoker<std::tuple<main(int, char**)::<lambda()> > >::operator()(void) (...) at /usr/include/c++/12/bits/std_thread.h:259
#14 0x000055dba8094a2c in std::thread::_State_impl<std::thread::_Invoker<std::tuple<main(int, char**)::<lambda()> > > >::_M_run(void) (...) at /usr/include/c++/12/bits/std_thread.h:210
#15 0x00007ff1faad44a3 in ?? () from /lib/x86_64-linux-gnu/libstdc++.so.6
#16 0x00007ff1fa8a71f5 in start_thread (...) at ./nptl/pthread_create.c:442
#17 0x00007ff1fa9278ec in clone3 () at ../sysdeps/unix/sysv/linux/x86_64/clone3.S:81

Thread 2 (Thread 0x7ff1fa73d6c0 (LWP 29247) "a[31m"ÿ"):
#0  0x00007ff1fa8a3f16 in __futex_abstimed_wait_common64 (...) at ./nptl/futex-internal.c:57
#1  0x00007ff1fa8a3f16 in __futex_abstimed_wait_common (...) at ./nptl/futex-internal.c:87
#2  0x00007ff1fa8a3f7b in __GI___futex_abstimed_wait_cancelable64 (...) at ./nptl/futex-internal.c:139
#3  0x00007ff1fa8a65d8 in __pthread_cond_wait_common (...) at ./nptl/pthread_cond_wait.c:503
#4  0x00007ff1fa8a65d8 in ___pthread_cond_wait (...) at ./nptl/pthread_cond_wait.c:618
#5  0x000055dba8097bcb in std::condition_variable::wait<shop::Queue<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > >::pop()::{lambda()#1}>(std::unique_lock<std::mutex>&, shop::Queue<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > >::pop()::{lambda()#1}) (...) at /usr/include/c++/12/condition_variable:102
#6  0x000055dba8096629 in shop::Queue<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > >::pop (...) at ../../tests/programs/threads.cpp:35
#7  0x000055dba8093582 in shop::wait_for_result () at ../../tests/programs/threads.cpp:56
#8  0x000055dba80935a7 in shop::collect_prices (...) at ../../tests/programs/threads.cpp:60
#9  0x000055dba8093bc6 in operator() (...) at ../../tests/programs/threads.cpp:149
#10 0x000055dba8094b12 in std::__invoke_impl<void, main(int, char**)::<lambda()> >(std::__invoke_other, struct {...} &&) (...) at /usr/include/c++/12/bits/invoke.h:61
#11 0x000055dba8094ac7 in std::__invoke<main(int, char**)::<lambda()> >(struct {...} &&) (...) at /usr/include/c++/12/bits/invoke.h:96
#12 0x000055dba8094a74 in std::thread::_Invoker<std::tuple<main(int, char**)::<lambda()> > >::_M_invoke<0>(std::_Index_tuple<0>) (...) at /usr/include/c++/12/bits/std_thread.h:252
#13 0x000055dba8094a48 in std::thread::_Invoker<std::tuple<main(int, char**)::<lambda()> > >::operator()(void) (...) at /usr/include/c++/12/bits/std_thread.h:259
#14 0x000055dba8094a2c in std::thread::_State_impl<std::thread::_Invoker<std::tuple<main(int, char**)::<lambda()> > > >::_M_run(void) (...) at /usr/include/c++/12/bits/std_thread.h:210
#15 0x00007ff1faad44a3 in ?? () from /lib/x86_64-linux-gnu/libstdc++.so.6
#16 0x00007ff1fa8a71f5 in start_thread (...) at ./nptl/pthread_create.c:442
#17 0x00007ff1fa9278ec in clone3 () at ../sysdeps/unix/sysv/linux/x86_64/clone3.S:81

Thread 1 (Thread 0x7ff1fac8a740 (LWP 29246) "threads"):
#0  0x00007ff1fa9162ec in __GI___libc_read (...) at ../sysdeps/unix/sysv/linux/read.c:26
#1  0x00007ff1fa9162ec in __GI___libc_read (...) at ../sysdeps/unix/sysv/linux/read.c:24
#2  0x00007ff1fa8a016e in _IO_new_file_underflow (...) at ./libio/libioP.h:947
#3  0x00007ff1fa8a1152 in __GI__IO_default_uflow (...) at ./libio/libioP.h:947
#4  0x00007ff1fa89bdb0 in _IO_getc (...) at ./libio/getc.c:40
#5  0x00007ff1fab08601 in __gnu_cxx::stdio_sync_filebuf<char, std::char_traits<char> >::underflow() () from /lib/x86_64-linux-gnu/libstdc++.so.6
#6  0x00007ff1fab163b6 in std::basic_istream<char, std::char_traits<char> >::sentry::sentry(std::basic_istream<char, std::char_traits<char> >&, bool) () from /lib/x86_64-linux-gnu/libstdc++.so.6
#7  0x00007ff1faac1857 in std::basic_istream<char, std::char_traits<char> >& std::operator>><char, std::char_traits<char>, std::allocator<char> >(std::basic_istream<char, std::char_traits<char> >&, std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >&) () from /lib/x86_64-linux-gnu/libstdc++.so.6
#8  0x000055dba8093f9a in main (...) at ../../tests/programs/threads.cpp:157
[Inferior 1 (process 29246) detached]
